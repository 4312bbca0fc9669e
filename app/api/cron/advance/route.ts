import { serveCronRequest } from "@/lib/master/cron";

export const dynamic = "force-dynamic";
export const GET = serveCronRequest;
export const POST = serveCronRequest;
