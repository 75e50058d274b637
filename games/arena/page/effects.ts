/** What is seen and heard when something happens: sparks, rings, a shaking picture, a sound. */
import type { Point } from "../arena.sim.ts";
import type { Camera } from "./camera.ts";
import type { LivesEffects } from "./lives.ts";
import { Particles } from "./particles.ts";
import type { ShipEvents, ShipView } from "./ships.ts";
import type { ShotEvents, ShotView } from "./shots.ts";
import type { Sounds } from "./sound.ts";

const FIRE_HUE = 38;

export class Effects implements ShipEvents, ShotEvents, LivesEffects {
  readonly particles = new Particles();
  readonly #camera: Camera;
  readonly #sounds: Sounds;

  constructor(camera: Camera, sounds: Sounds) {
    this.#camera = camera;
    this.#sounds = sounds;
  }

  fired(): void {
    this.#sounds.play("fire");
  }

  hurt(view: ShipView): void {
    if (!view.isSelf) return;
    this.#camera.shake(7);
    this.#sounds.play("hit");
  }

  /** This player's kill. */
  scored(view: ShipView | undefined, streak: number): void {
    if (view !== undefined) this.particles.text(view, FIRE_HUE, streak > 1 ? `+1  ${streak} in a row` : "+1");
  }

  died({ ship, x, y, isSelf }: ShipView): void {
    this.particles.sparks({ x, y }, ship.hue, 46, 420);
    this.particles.sparks({ x, y }, FIRE_HUE, 30, 300);
    this.particles.ring({ x, y }, ship.hue, 95, 0.55);
    this.particles.ring({ x, y }, FIRE_HUE, 55, 0.4);
    if (isSelf) this.#camera.shake(16);
    this.#sounds.play("boom");
  }

  arrived({ ship, x, y, isSelf }: ShipView): void {
    this.particles.ring({ x, y }, ship.hue, 60, 0.5);
    if (!isSelf) return;
    this.#camera.cutTo(ship);
    this.#sounds.play("back");
  }

  /** The server is dead. */
  killed(): void {
    this.#camera.shake(22);
    this.#sounds.play("boom");
  }

  /** Another one has the match. */
  cameBack(): void {
    this.#sounds.play("back");
  }

  hitAt(at: Point, hue: number): void {
    this.particles.sparks(at, hue, 8, 220);
  }

  struckWall(at: Point, { hue, start }: ShotView): void {
    this.particles.sparks(at, hue, 6, 190, Math.atan2(-start.vy, -start.vx));
  }

  struckShip({ ship }: ShipView, at: Point, { start }: ShotView): void {
    this.particles.sparks(at, ship.hue, 12, 280, Math.atan2(-start.vy, -start.vx));
    this.particles.ring(at, FIRE_HUE, 22, 0.25);
    this.#sounds.play("hit");
  }
}
