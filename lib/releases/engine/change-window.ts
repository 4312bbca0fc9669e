import { Cron } from "croner";
import type { ChangeWindow } from "../../contract/change-rules.ts";

/** Making a formatter costs more than a hundred look-ups; there are some 400 zones. */
const formats = new Map<string, Intl.DateTimeFormat>();
const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** By the wall clock of its zone, so that 22:00 stays 22:00 when the clocks change. */
export function isWindowOpen(window: ChangeWindow, nowMs: number): boolean {
  const { day, minute } = wallTime(window.timeZone, nowMs);
  const from = minutesOf(window.from);
  const to = minutesOf(window.to);
  const opensToday = window.days.includes(day);
  if (from < to) return opensToday && minute >= from && minute < to;
  const openedYesterday = window.days.includes(day === 1 ? 7 : day - 1);
  return (opensToday && minute >= from) || (openedYesterday && minute < to);
}

/** When the window opens next, after now; null: never. */
export function nextOpeningMs(
  { days, from, timeZone }: ChangeWindow,
  nowMs: number,
): number | null {
  const [hour, minute] = from.split(":").map(Number);
  const cron = new Cron(`${minute} ${hour} * * ${days.join(",")}`, { timezone: timeZone });
  return cron.nextRun(new Date(nowMs))?.getTime() ?? null;
}

function wallTime(timeZone: string, atMs: number): { day: number; minute: number } {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      ...{ timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  return {
    day: weekdays.indexOf(parts.get("weekday")!) + 1,
    minute: Number(parts.get("hour")) * 60 + Number(parts.get("minute")),
  };
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return hours! * 60 + minutes!;
}
