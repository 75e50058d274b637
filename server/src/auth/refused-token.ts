/** What somebody is told whose token does not do. */
import { NetError } from "@ninelives/shared-schema";

/** `missing`: none came. `expired`: a newer one may do. `refused`: it proves nothing here. As `details.token` has it. */
export type TokenFault = "missing" | "expired" | "refused";

/** `message`: nothing of the token itself. */
export function tokenError(token: TokenFault, message: string, cause?: unknown): NetError {
  return new NetError("UNAUTHORIZED", message, { token }, cause);
}
