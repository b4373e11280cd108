// What a person has handed in for a review, and how far that is: a fold over
// the turns of the log.

import type { LogEvent, Turn } from "./protocol.ts";

export interface Proof {
  id: string;
  name: string; // as the person called it
  type: string;
  size: number;
  at: string;
}

export interface Appeal {
  state: string; // open | submitted | accepted | refused
  at: string; // when it came to that
  causes: string[]; // of the refusal, as the person was told
  explanation: string;
  consent: boolean;
  reference: string;
  refusal: string; // its class, where the institution will not take it
  proofs: Proof[];
}

/** The latest appeal, if there was one. */
export function appealOf(turns: Turn[]): Appeal | null {
  let appeal: Appeal | null = null;
  for (const { at, events } of turns) for (const event of events) appeal = after(appeal, event, at);
  return appeal;
}

function after(appeal: Appeal | null, { kind, data }: LogEvent, at: string): Appeal | null {
  if (kind === "appeal_started") {
    return {
      state: "open", at, causes: data.causes ?? [], explanation: "", consent: false, reference: "", refusal: "", proofs: [],
    };
  }
  if (!appeal) return null;
  switch (kind) {
    case "appeal_filled":
      return filled(appeal, data.field, data.value ?? "");
    case "proof_attached":
      return { ...appeal, proofs: [...appeal.proofs, { id: data.id, name: data.name ?? "", type: data.type ?? "", size: data.size ?? 0, at }] };
    case "proof_dropped":
      return { ...appeal, proofs: appeal.proofs.filter((proof) => proof.id !== data.id) };
    case "appeal_submitted":
      return { ...appeal, state: "submitted", at, reference: data.reference ?? "" };
    case "appeal_accepted":
      return { ...appeal, state: "accepted", at: data.at ?? at };
    case "appeal_refused":
      return { ...appeal, state: "refused", at: data.at ?? at, refusal: data.class ?? "" };
    default:
      return appeal;
  }
}

function filled(appeal: Appeal, field: string, value: string): Appeal {
  if (field === "explanation") return { ...appeal, explanation: value };
  if (field === "consent") return { ...appeal, consent: value !== "" };
  return appeal;
}

/** A size as people say it. */
export function sizeWords(bytes: number): string {
  const kilo = bytes / 1024;
  return kilo < 1 ? `${bytes} B` : kilo < 1000 ? `${kilo.toFixed(1)} KB` : `${(kilo / 1024).toFixed(1)} MB`;
}
