import { masterRoute } from "@/lib/master/serve-master-api";

export const dynamic = "force-dynamic";
export const GET = masterRoute;
export const POST = masterRoute;
export const PUT = masterRoute;
export const DELETE = masterRoute;
