// Thumbs up and down below an answer, and why it did not help.

import { button, el } from "./blocks.js";

/** What may be wrong with an answer, as the protocol names it. */
const REASONS = ["not_my_case", "unclear", "cannot_do", "incomplete"];

/**
 * Whether an answer is one to vote on. A step says by its own choices whether
 * it helped, and nobody in distress is asked for marks.
 */
export function canVote(frame) {
  const { author, about, blocks } = frame.data;
  return author === "bot" && Boolean(frame.re) && !about?.flow && !blocks.some((block) => block.level === "care");
}

/**
 * @param {{words: object, vote?: string, onVote: (vote: string, reason?: string) => void}} context
 *   vote is what was said before, if anything
 */
export function drawVotes({ words, vote, onVote }) {
  const group = el("div", "votes");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", words.voteLabel);
  const after = el("div", "votes-after");
  const thumbs = ["up", "down"].map((way) => thumb(way, words, () => {
    if (group.dataset.vote === way) return;
    markVote(group, way);
    after.replaceChildren(way === "up" ? el("span", "", words.voteThanks) : asking());
    after.scrollIntoView({ block: "nearest" });
    onVote(way);
  }));
  group.append(...thumbs, after);
  if (vote) markVote(group, vote);
  return group;

  function asking() {
    const taps = REASONS.map((reason) => button("reason", words.voteReasons[reason], () => {
      onVote("down", reason);
      after.replaceChildren(el("span", "", words.voteThanks));
      thumbs[1].focus();
    }));
    return el("div", "reasons", el("span", "", words.voteWhy), ...taps);
  }
}

function thumb(way, words, onClick) {
  const icon = el("span", "thumb");
  icon.setAttribute("aria-hidden", "true");
  const tap = button(`vote ${way}`, icon, onClick);
  tap.setAttribute("aria-label", words.votes[way]);
  tap.setAttribute("aria-pressed", "false");
  tap.title = words.votes[way];
  return tap;
}

/** Shows a vote, or with "" that there is none. */
export function markVote(group, vote) {
  group.dataset.vote = vote;
  for (const tap of group.querySelectorAll(".vote")) tap.setAttribute("aria-pressed", String(tap.classList.contains(vote || "none")));
  if (!vote) group.querySelector(".votes-after").replaceChildren();
}
