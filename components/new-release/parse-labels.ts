const keyMax = 63;
const valueMax = 255;

/**
 * "zone=a, rack=12" or one label in a line → the labels; an empty text is none.
 * Null when a word is no label or a key comes twice.
 */
export function parseLabels(text: string): Record<string, string> | null {
  const labels = new Map<string, string>();
  for (const word of text.split(/[,，\n]/)) {
    if (word.trim() === "") continue;
    const at = word.indexOf("=");
    const key = word.slice(0, at).trim();
    const value = word.slice(at + 1).trim();
    if (at < 0 || key === "" || key.length > keyMax || value.length > valueMax) return null;
    if (labels.has(key)) return null;
    labels.set(key, value);
  }
  return Object.fromEntries(labels);
}
