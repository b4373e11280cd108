import { Component, createRef, type JSX } from "preact";
import type { Block, Choice } from "../protocol.ts";
import type { Words } from "../words.ts";

/** How many quick replies are shown before the rest hides behind "more". */
const SHOWN = 6;

/** Ways to end or to reach a human: they stay in sight. */
const STANDING = ["resolved", "not_resolved", "agent"];

interface Props {
  block: Block;
  words: Words;
  onChoice: ((choice: Choice) => void) | null;
}

export function Choices({ block, words, onChoice }: Props): JSX.Element | null {
  const lead = block.text ? <p class="bubble">{block.text}</p> : null;
  if (!onChoice) return lead;
  return (
    <>
      {lead}
      <Group choices={block.choices ?? []} words={words} onChoice={onChoice} />
    </>
  );
}

interface GroupProps {
  choices: Choice[];
  words: Words;
  onChoice: (choice: Choice) => void;
}

class Group extends Component<GroupProps, { all: boolean }> {
  state = { all: false };
  #first = createRef<HTMLButtonElement>(); // of those that were hidden

  #showAll = (): void => this.setState({ all: true }, () => this.#first.current?.focus());

  render(): JSX.Element {
    const { choices, words, onChoice } = this.props;
    const more = toHide(choices);
    const shown = this.state.all ? choices : choices.filter((choice) => !more.includes(choice));
    const last = shown.filter((choice) => !STANDING.includes(choice.id)).pop();
    return (
      <div class="choices">
        {shown.map((choice) => (
          <>
            <button type="button" class="choice" data-choice={choice.id} ref={choice === more[0] ? this.#first : null} onClick={() => onChoice(choice)}>
              {choice.label}
            </button>
            {more.length > 0 && !this.state.all && choice === last && (
              <button type="button" class="choice more" aria-expanded="false" onClick={this.#showAll}>
                {words.more}
              </button>
            )}
          </>
        ))}
      </div>
    );
  }
}

function toHide(choices: Choice[]): Choice[] {
  if (choices.length <= SHOWN + 1) return []; // a "more" for a single one saves nothing
  const topics = choices.filter((choice) => !STANDING.includes(choice.id));
  return topics.slice(Math.max(1, SHOWN - (choices.length - topics.length)));
}
