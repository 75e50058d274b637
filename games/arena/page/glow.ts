/** Soft light, painted once per colour and stamped afterwards: a blur every frame would cost more than the whole picture. */
const SIZE = 64;
const HUE_STEP = 10;
const stamps = new Map<number, HTMLCanvasElement>();

export function glow(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  hue: number,
  alpha: number,
): void {
  const before = context.globalCompositeOperation;
  const alphaBefore = context.globalAlpha;
  context.globalCompositeOperation = "lighter";
  context.globalAlpha = alphaBefore * alpha;
  context.drawImage(stampOf(Math.round(hue / HUE_STEP) * HUE_STEP), x - radius, y - radius, radius * 2, radius * 2);
  context.globalCompositeOperation = before;
  context.globalAlpha = alphaBefore;
}

function stampOf(hue: number): HTMLCanvasElement {
  const known = stamps.get(hue);
  if (known !== undefined) return known;
  const stamp = document.createElement("canvas");
  stamp.width = SIZE;
  stamp.height = SIZE;
  const context = stamp.getContext("2d")!;
  const light = context.createRadialGradient(SIZE / 2, SIZE / 2, 0, SIZE / 2, SIZE / 2, SIZE / 2);
  light.addColorStop(0, `hsl(${hue} 95% 62% / 70%)`);
  light.addColorStop(0.4, `hsl(${hue} 95% 55% / 22%)`);
  light.addColorStop(1, `hsl(${hue} 95% 50% / 0%)`);
  context.fillStyle = light;
  context.fillRect(0, 0, SIZE, SIZE);
  stamps.set(hue, stamp);
  return stamp;
}
