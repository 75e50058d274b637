/** The arena's ground: one size, some walls, places to start and places where health lies. All in px. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export const WORLD = { w: 1600, h: 1000 } as const;

export const WALLS: readonly Rect[] = [
  { x: 740, y: 440, w: 120, h: 120 },
  { x: 300, y: 220, w: 40, h: 240 },
  { x: 300, y: 220, w: 200, h: 40 },
  { x: 1260, y: 540, w: 40, h: 240 },
  { x: 1100, y: 740, w: 200, h: 40 },
  { x: 1080, y: 200, w: 220, h: 40 },
  { x: 300, y: 760, w: 220, h: 40 },
  { x: 560, y: 600, w: 40, h: 160 },
  { x: 1000, y: 240, w: 40, h: 160 },
];

export const SPAWNS: readonly Spot[] = [
  { x: 120, y: 120 },
  { x: 1480, y: 880 },
  { x: 120, y: 880 },
  { x: 1480, y: 120 },
  { x: 800, y: 100 },
  { x: 800, y: 900 },
  { x: 100, y: 500 },
  { x: 1500, y: 500 },
];

export const PACK_SPOTS: readonly Spot[] = [
  { x: 420, y: 340 },
  { x: 1180, y: 660 },
  { x: 800, y: 300 },
  { x: 800, y: 700 },
];
