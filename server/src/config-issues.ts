/** What is wrong with a configuration: CONFIG_INVALID with one issue per field, which says what was expected and what was got. */
import { fieldIssues, NetError } from "@ninelives/shared-schema";
import type { z } from "zod";

/** `at`: path of the value within the configuration; "" is the whole of it. Throws CONFIG_INVALID. */
export function check<T>(schema: z.ZodType<T>, value: unknown, at: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(
    fieldIssues(parsed.error.issues).map(({ field, message }, index) => {
      const path = parsed.error.issues[index]!.path;
      const got = path.reduce<unknown>(
        (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
        value,
      );
      const full = field === "(value)" ? at || field : at === "" ? field : `${at}.${field}`;
      return { field: full, message: `${message}, got ${describe(got)}` };
    }),
  );
}

export function invalid(issues: { field: string; message: string }[]): NetError {
  return new NetError("CONFIG_INVALID", issues.map(({ field, message }) => `${field}: ${message}`).join("; "), {
    issues,
  });
}

function describe(value: unknown): string {
  if (typeof value === "function") return `class ${value.name || "(anonymous)"}`;
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? "an array" : `an object with ${Object.keys(value).join(", ")}`;
  return JSON.stringify(value) ?? "nothing";
}
