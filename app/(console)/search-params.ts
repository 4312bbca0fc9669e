import { parseAsString } from "nuqs/server";

export const overviewParams = { cluster: parseAsString };
