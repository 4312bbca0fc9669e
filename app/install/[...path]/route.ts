import { downloadRoute } from "@/lib/master/download-route";

export const dynamic = "force-dynamic";
export const GET = downloadRoute;
