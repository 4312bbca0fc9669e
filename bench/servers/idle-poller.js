// The floor of bench/agent.ts: an idle Deno program that asks a master on the agent's cycle and does nothing else.
const [url] = Deno.args;
for (;;) {
  await fetch(url).then((answer) => answer.text());
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
