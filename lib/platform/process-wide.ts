/**
 * One value per process and name. The fast lane and Next's bundles load modules separately, so a
 * plain module variable would exist several times.
 */
export function processWide<T>(name: string, create: () => T): T {
  const holder = globalThis as unknown as Record<symbol, T | undefined>;
  const key = Symbol.for(`ifrit.${name}`);
  holder[key] ??= create();
  return holder[key] as T;
}

export function setProcessWide<T>(name: string, value: T | undefined): void {
  (globalThis as unknown as Record<symbol, T | undefined>)[Symbol.for(`ifrit.${name}`)] = value;
}

export function peekProcessWide<T>(name: string): T | undefined {
  return (globalThis as unknown as Record<symbol, T | undefined>)[Symbol.for(`ifrit.${name}`)];
}
