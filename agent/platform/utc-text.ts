const dayMs = 86_400_000;
const [year4Min, year4Max] = [-62_167_219_200_000, 253_402_300_799_999];

/**
 * What `new Date(ms).toISOString()` gives, `ms` after 1970 in the years 0 to 9999 (others: the nearest
 * moment of these). A Date leaves 2.4 MiB of Deno's program in the memory of an ifrit-agent for its whole
 * life. The calendar is civil_from_days of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
 */
export function utcText(ms: number): string {
  const at = Math.min(Math.max(Math.floor(ms), year4Min), year4Max);
  const days = Math.floor(at / dayMs);
  const ofDay = at - days * dayMs;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const time = `${two(ofDay / 3_600_000)}:${two((ofDay / 60_000) % 60)}:${two((ofDay / 1000) % 60)}`;
  return `${civilDate(days)}T${time}.${String(ofDay % 1000).padStart(3, "0")}Z`;
}

/** Years begin in March here, so that the leap day is the last one; eras are 400 years long. */
function civilDate(daysAfter1970: number): string {
  const shifted = daysAfter1970 + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const digits = (value: number, count: number) => String(value).padStart(count, "0");
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}
