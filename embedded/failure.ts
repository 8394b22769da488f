/** A failure that a person can mend: printed as it stands, without a stack trace. */
export class Failure extends Error {
  override readonly name = "Failure";
}
