/** How long work tells a person where it is. The command line prints it; tests ignore or record it. */
export interface Progress {
  /** Starts a step, for example `control plane`. Elapsed time counts from here. */
  step(title: string): Step;
  /** A line of its own, for example that a first run builds its tools and takes minutes. */
  note(line: string): void;
}

/** One step of a long run; exactly one of `done` and `fail` ends it. */
export interface Step {
  /** What the step is doing now, for example `building kube-apiserver`. */
  update(detail: string): void;
  done(detail?: string): void;
  fail(detail: string): void;
}

/** Says nothing. */
export const silent: Progress = {
  step: () => ({ update: () => {}, done: () => {}, fail: () => {} }),
  note: () => {},
};
