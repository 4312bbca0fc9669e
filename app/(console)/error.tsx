"use client";

import { PageError } from "@/components/ui/page-error.tsx";

export default PageError;
