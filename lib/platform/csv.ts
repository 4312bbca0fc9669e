/** CSV as in RFC 4180; spreadsheets know UTF-8 by this mark at the beginning. */
export const byteOrderMark = "\uFEFF";

export type CsvValue = string | number | null;

export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvCell).join(",")}\r\n`;
}

/** A cell that begins like a formula would be run by spreadsheets: an apostrophe makes it text. */
export function csvCell(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
