import { apiRoute } from "@/lib/access/api-route.ts";
import { packageUpload } from "@/lib/access/package-upload.ts";
import { PackageUploaded } from "@/lib/contract/console-views.ts";
import { uploadPackage } from "@/lib/packages/upload-package.ts";

export const POST = apiRoute(
  {
    summary: "Upload a package archive; 200 when the same bytes were there, 201 otherwise",
    permission: "packages.write",
    streamedBody: "application/gzip",
    answer: PackageUploaded,
    status: 201,
  },
  async ({ services, ctx, request }) => {
    const uploaded = await uploadPackage(services, ctx, packageUpload(request));
    return Response.json(uploaded, { status: uploaded.existed ? 200 : 201 });
  },
);
