/** For so long after a change of the desired state, machines that have not applied it poll fast. */
const settlingMs = 15 * 60_000;
/** What fast polling may add up to in one process, per second, however large the cluster. */
const fastPollsPerSecondMax = 2_000;

/**
 * How long a machine is to wait until its next check-in: short while its state is likely to change,
 * stretched so that a whole large cluster at the fast pace cannot drown a master.
 */
export function pollSeconds(
  poll: { seconds: number; fastSeconds: number },
  machine: {
    /** It has fully applied the current document. */
    applied: boolean;
    /** A running release spreads over its type. */
    typeIsChanging: boolean;
    /** How long ago the cluster's documents last changed. */
    contentsAgeMs: number;
    /** Machines of the cluster. */
    machines: number;
  },
): number {
  const settling = !machine.applied && machine.contentsAgeMs < settlingMs;
  if (!settling && !machine.typeIsChanging) return poll.seconds;
  const bearable = Math.ceil(machine.machines / fastPollsPerSecondMax);
  return Math.min(Math.max(poll.fastSeconds, bearable), Math.max(poll.seconds, poll.fastSeconds));
}
