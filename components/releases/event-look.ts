import {
  Ban,
  CircleCheck,
  CircleDot,
  Flag,
  Hourglass,
  Info,
  type LucideIcon,
  Pause,
  Play,
  TriangleAlert,
  Undo2,
} from "lucide-react";
import { ReleaseEventKind } from "@/lib/contract/release-vocabulary.ts";

type Look = { icon: LucideIcon; style: string };

const good = "bg-ok-soft text-ok";
const bad = "bg-bad-soft text-bad";
const warn = "bg-warn-soft text-warn";
const busy = "bg-busy-soft text-busy";
const plain = "bg-sunken text-muted";

const looks: Record<ReleaseEventKind, Look> = {
  created: { icon: Flag, style: plain },
  started: { icon: Play, style: busy },
  clusterStarted: { icon: Play, style: busy },
  stageOpened: { icon: CircleDot, style: busy },
  stageConverged: { icon: CircleCheck, style: plain },
  stagePassed: { icon: CircleCheck, style: good },
  gateFailed: { icon: TriangleAlert, style: bad },
  waitsForApproval: { icon: Hourglass, style: warn },
  approvalExpired: { icon: Ban, style: warn },
  waitsForPerson: { icon: Hourglass, style: warn },
  failuresAccepted: { icon: TriangleAlert, style: warn },
  clusterConverging: { icon: CircleDot, style: busy },
  clusterConverged: { icon: CircleCheck, style: good },
  clusterVerified: { icon: CircleCheck, style: good },
  clusterRolledBack: { icon: Undo2, style: warn },
  masterUnreachable: { icon: TriangleAlert, style: bad },
  masterReachable: { icon: CircleCheck, style: good },
  fallBackKnownBad: { icon: TriangleAlert, style: warn },
  paused: { icon: Pause, style: warn },
  continued: { icon: Play, style: busy },
  continuedWithEverything: { icon: Play, style: busy },
  rolledBack: { icon: Undo2, style: warn },
  aborted: { icon: Ban, style: warn },
  completed: { icon: CircleCheck, style: good },
};

export function eventLook(kind: string): Look {
  const known = ReleaseEventKind.safeParse(kind);
  return known.success ? looks[known.data] : { icon: Info, style: plain };
}
