// An act is something a person did: a message, a tap, a vote. It keeps its id
// until the server has it, however often it must be sent.

export type ActType = "message.send" | "choice.send" | "feedback.send" | "handoff.request" | "handoff.cancel";
export type ActState = "sending" | "postponed" | "sent" | "failed";

export interface Act {
  id: string;
  type: ActType;
  data: Record<string, unknown>;
  shown: string; // what the thread shows of it, "" for nothing
  at: number; // when it was done, ms
  conv: string; // the conversation it belongs to, "" while there is none
  tab: string; // where it was done
  state: ActState;
  why: string; // the server's words when it was refused
  newID: boolean; // it can only be sent again under another id
  resends: number;
  seq?: number; // once stored
  masked?: boolean; // something in it was hidden before it was stored
}

/** Whether the act becomes a message of the person. */
export function isSaid(act: Act): boolean {
  return act.type === "message.send" || act.type === "choice.send";
}
