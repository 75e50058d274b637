/**
 * A room id may be anything a game chose; the name of a file or of a key may not. Characters other than letters, digits, `_`
 * and `-` become `%` and their UTF-16 unit in hex.
 */
export function roomName(roomId: string): string {
  if (roomId === "") return "%";
  return roomId.replace(/[^A-Za-z0-9_-]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

export function roomIdOf(name: string): string {
  if (name === "%") return "";
  return name.replace(/%([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)));
}
