/** Whatever the SDK throws, as a NetError with a row of the codes table. */
import {
  CloseReason,
  type CodeName,
  codeName,
  CODES,
  type ErrorDetails,
  NetError,
  unpack,
} from "@ninelives/shared-schema";

interface SdkFault {
  readonly code?: number | string;
  readonly message?: string;
  /** JSON body of an HTTP answer. */
  readonly data?: { readonly name?: string; readonly error?: string; readonly details?: ErrorDetails };
}

/** Numbers Colyseus answers with while a socket is joining, in our words. */
const FROM_COLYSEUS: Readonly<Record<number, CodeName>> = {
  520: "ROOM_TYPE_UNKNOWN",
  521: "ROOM_NOT_FOUND",
  522: "ROOM_NOT_FOUND",
  524: "SEAT_EXPIRED",
  525: "UNAUTHORIZED",
};

export function joinError(error: unknown): NetError {
  if (error instanceof NetError) return error;
  const { code, message = String(error), data } = error as SdkFault;
  if (data?.name !== undefined && isCode(data.name))
    return new NetError(data.name, data.error ?? message, data.details, error);
  const name = typeof code === "number" ? (codeName(code) ?? FROM_COLYSEUS[code]) : undefined;
  if (name !== undefined) return new NetError(name, message, {}, error);
  const answered = typeof code === "number" && code > 0;
  return answered
    ? new NetError("INTERNAL", message, { code }, error)
    : new NetError("UNREACHABLE", `no server answered: ${message}`, {}, error);
}

/** A command's fault as the server sent it: name, message, details. */
export function faultOf(body: Uint8Array): NetError {
  const [name, message, details] = unpack(body) as [string, string, ErrorDetails | undefined];
  return new NetError(isCode(name) ? name : "INTERNAL", message, details);
}

/** Why a first connection never got into its room. */
export function refusal(code: number, reason: string): NetError {
  const versions = CloseReason.readUpgrade(reason);
  if (versions !== undefined) {
    const { client, server } = versions;
    return new NetError("UPGRADE_REQUIRED", `the server speaks version ${server}, this client ${client}`, versions);
  }
  return joinError({
    code: codeName(code) === undefined ? -1 : code,
    message: reason || `the connection closed (${code})`,
  });
}

function isCode(name: string): name is CodeName {
  return Object.hasOwn(CODES, name);
}
