export { type Bot, type BotMoment, type BotSpec, type BotView, defineBot } from "./bot.ts";
