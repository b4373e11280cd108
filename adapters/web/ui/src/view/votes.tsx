// Thumbs up and down below an answer, and why it did not help.

import { Component, createRef, type JSX } from "preact";
import type { MessageEntry } from "../thread.ts";
import type { Words } from "../words.ts";
import { ThumbIcon } from "./icons.tsx";

/** What may be wrong with an answer, as the protocol names it. */
const REASONS = ["not_my_case", "unclear", "cannot_do", "incomplete"] as const;

/**
 * Whether an answer is one to vote on. A step says by its own choices whether
 * it helped, and nobody in distress is asked for marks.
 */
export function canVote({ author, about, blocks, re }: MessageEntry): boolean {
  return author === "bot" && re !== "" && !about?.flow && !blocks.some((block) => block.level === "care");
}

interface Props {
  vote: string;
  words: Words;
  onVote: (vote: "up" | "down", reason?: string) => void;
}

/** The two thumbs; after the lower one, what was wrong. */
export class Votes extends Component<Props, { after: "" | "thanks" | "why" }> {
  state = { after: "" as const };
  #down = createRef<HTMLButtonElement>();
  #below = createRef<HTMLDivElement>();

  #tap(way: "up" | "down"): void {
    if (this.props.vote === way) return;
    this.props.onVote(way);
    this.#say(way === "up" ? "thanks" : "why");
  }

  #because(reason: string): void {
    this.#down.current?.focus();
    this.props.onVote("down", reason);
    this.#say("thanks");
  }

  #say(after: "thanks" | "why"): void {
    this.setState({ after }, () => this.#below.current?.scrollIntoView({ block: "nearest" }));
  }

  render(): JSX.Element {
    const { vote, words } = this.props;
    return (
      <div class="votes" role="group" aria-label={words.voteLabel} data-vote={vote}>
        {(["up", "down"] as const).map((way) => (
          <button type="button" class={`vote ${way}`} ref={way === "down" ? this.#down : null} aria-label={words.votes[way]} title={words.votes[way]} aria-pressed={vote === way} onClick={() => this.#tap(way)}>
            <ThumbIcon />
          </button>
        ))}
        <div class="votes-after" ref={this.#below}>{vote && this.#after(words)}</div>
      </div>
    );
  }

  #after(words: Words): JSX.Element | null {
    const after: string = this.state.after;
    if (!after) return null;
    if (after === "thanks") return <span>{words.voteThanks}</span>;
    return (
      <div class="reasons">
        <span>{words.voteWhy}</span>
        {REASONS.map((reason) => (
          <button type="button" class="reason" onClick={() => this.#because(reason)}>
            {words.voteReasons[reason]}
          </button>
        ))}
      </div>
    );
  }
}
