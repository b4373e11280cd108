export type { KaitongAPI } from "./api.ts";
