/** Sparks, smoke rings and numbers that fly for a moment and mean nothing to the match. Kept in one bounded list. */
import type { Point } from "../arena.sim.ts";

const PARTICLES_MAX = 500;

interface Particle {
  readonly kind: "spark" | "ring" | "text";
  readonly text: string;
  readonly hue: number;
  readonly size: number;
  readonly lifeSeconds: number;
  age: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
}

export class Particles {
  #all: Particle[] = [];

  sparks(at: Point, hue: number, count: number, speed: number, heading?: number): void {
    for (let index = 0; index < count; index++) {
      const angle = heading === undefined ? Math.random() * Math.PI * 2 : heading + (Math.random() - 0.5) * 1.7;
      const pace = speed * (0.25 + Math.random() * 0.75);
      this.#add({
        kind: "spark",
        text: "",
        hue,
        size: 1.5 + Math.random() * 2.2,
        lifeSeconds: 0.25 + Math.random() * 0.45,
        age: 0,
        x: at.x,
        y: at.y,
        vx: Math.cos(angle) * pace,
        vy: Math.sin(angle) * pace,
      });
    }
  }

  ring(at: Point, hue: number, size: number, lifeSeconds: number): void {
    this.#add({ kind: "ring", text: "", hue, size, lifeSeconds, age: 0, x: at.x, y: at.y, vx: 0, vy: 0 });
  }

  text(at: Point, hue: number, text: string): void {
    this.#add({ kind: "text", text, hue, size: 19, lifeSeconds: 1.1, age: 0, x: at.x, y: at.y, vx: 0, vy: -42 });
  }

  update(dtSeconds: number): void {
    const drag = Math.exp(-dtSeconds * 3.2);
    for (const particle of this.#all) {
      particle.age += dtSeconds;
      particle.x += particle.vx * dtSeconds;
      particle.y += particle.vy * dtSeconds;
      particle.vx *= drag;
      particle.vy *= drag;
    }
    this.#all = this.#all.filter(({ age, lifeSeconds }) => age < lifeSeconds);
  }

  draw(context: CanvasRenderingContext2D): void {
    context.save();
    context.globalCompositeOperation = "lighter";
    context.lineCap = "round";
    for (const particle of this.#all) {
      const left = 1 - particle.age / particle.lifeSeconds;
      context.globalAlpha = left;
      if (particle.kind === "spark") drawSpark(context, particle);
      else if (particle.kind === "ring") drawRing(context, particle, left);
      else drawText(context, particle);
    }
    context.restore();
  }

  #add(particle: Particle): void {
    if (this.#all.length >= PARTICLES_MAX) this.#all.shift();
    this.#all.push(particle);
  }
}

function drawSpark(context: CanvasRenderingContext2D, { x, y, vx, vy, hue, size }: Particle): void {
  context.strokeStyle = `hsl(${hue} 95% 66%)`;
  context.lineWidth = size;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - vx * 0.035, y - vy * 0.035);
  context.stroke();
}

function drawRing(context: CanvasRenderingContext2D, { x, y, hue, size }: Particle, left: number): void {
  context.strokeStyle = `hsl(${hue} 90% 68%)`;
  context.lineWidth = 1 + left * 5;
  context.beginPath();
  context.arc(x, y, size * (1 - left * left), 0, Math.PI * 2);
  context.stroke();
}

function drawText(context: CanvasRenderingContext2D, { x, y, hue, size, text }: Particle): void {
  context.fillStyle = `hsl(${hue} 95% 75%)`;
  context.font = `800 ${size}px ${"system-ui, sans-serif"}`;
  context.textAlign = "center";
  context.fillText(text, x, y);
}
