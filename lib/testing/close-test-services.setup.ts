import { afterAll } from "vitest";
import { closeTestServices } from "./test-services.ts";

afterAll(closeTestServices);
