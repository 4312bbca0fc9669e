import { handleAuth } from "@/lib/access/auth-handler.ts";
import { services } from "@/lib/platform/services.ts";

async function handle(
  request: Request,
  { params }: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  return handleAuth(services(), request, (await params).nextauth);
}

export { handle as GET, handle as POST };
