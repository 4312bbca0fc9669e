import { type Layout, layoutOf, makeRootFolders } from "../layout.ts";

/** A root of the test's own, removed when the test ends. */
export async function temporaryRoot(): Promise<Layout & AsyncDisposable> {
  const layout = layoutOf(await Deno.makeTempDir({ prefix: "ifrit-test-" }));
  await makeRootFolders(layout);
  return {
    ...layout,
    [Symbol.asyncDispose]: () => Deno.remove(layout.root, { recursive: true }),
  };
}
