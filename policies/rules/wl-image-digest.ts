import { imageReference, images, isUnresolvedImage } from "../../platform/facts/images.ts";
import { container, deployment, digest } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { containers } from "../pods.ts";
import { textAt } from "../read.ts";
import { Unjudged } from "../unjudged.ts";

export const wlImageDigest = defineRule({
  id: "wl-image-digest",
  severity: "high",
  enforcement: { dev: "advisory", staging: "mandatory", prod: "mandatory" },
  why: "A tag can move, so a restarted pod may run code that nobody reviewed.",
  fix: "write the image as registry/name:tag@sha256:<digest>",
  references: {
    checkov: ["CKV_K8S_14", "CKV_K8S_43"],
    trivy: ["KSV-0013"],
    kyverno: ["require-image-checksum"],
    gatekeeper: ["imagedigests"],
  },
  checks: [
    on(containers, {
      violation: ({ spec, label, partial }) => {
        const image = textAt(spec, "image");
        if (image === undefined) return partial ? null : `${label} names no image`;
        if (/@sha256:[0-9a-f]{64}$/.test(image)) return null;
        // Safe to repeat: it equals a row of the table.
        if (isUnresolvedImage(image))
          throw new Unjudged(`${label}: digest of ${image} is unresolved`);
        return `${label} has an image without a digest`;
      },
      cases: [
        { name: "digest", given: deployment(), want: null },
        {
          name: "tag that moves",
          given: deployment({ container: { image: "registry.example.com/vision/resnet50:1.4" } }),
          want: "container main has an image without a digest",
        },
        {
          name: "digest that is cut short",
          given: deployment({ container: { image: `server@${digest.slice(0, 20)}` } }),
          want: "container main has an image without a digest",
        },
        {
          name: "no image",
          given: deployment({ pod: { initContainers: [container({ name: "fetch", image: "" })] } }),
          want: "container fetch has an image without a digest",
        },
        {
          name: "image of the platform whose digest nobody has read",
          given: deployment({ container: { image: imageReference(images.triton) } }),
          want: {
            unjudged: `container main: digest of ${imageReference(images.triton)} is unresolved`,
          },
        },
      ],
    }),
  ],
});
