/** Whatever the SDK throws, as a NetError with a row of the codes table. */
import { type CodeName, codeName, CODES, type ErrorDetails, NetError } from "@ninelives/shared-schema";

interface SdkFault {
  readonly code?: number | string;
  readonly message?: string;
  /** JSON body of an HTTP answer. */
  readonly data?: { readonly name?: string; readonly error?: string; readonly details?: ErrorDetails };
  /** What a room's request was refused with. */
  readonly reason?: { readonly name?: string; readonly message?: string; readonly details?: ErrorDetails };
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

export function commandError(command: string, error: unknown): NetError {
  const { message = String(error), reason } = error as SdkFault;
  if (reason?.name !== undefined && isCode(reason.name)) {
    return new NetError(reason.name, reason.message ?? message, reason.details, error);
  }
  if (/no onMessage/.test(message))
    return new NetError("COMMAND_UNKNOWN", `command "${command}" is not of this room`, {}, error);
  if (/not open/.test(message))
    return new NetError("NOT_CONNECTED", `command "${command}" was not sent: the connection is down`, {}, error);
  return new NetError("COMMAND_UNANSWERED", `command "${command}" was not answered: ${message}`, {}, error);
}

function isCode(name: string): name is CodeName {
  return Object.hasOwn(CODES, name);
}
