import { Component, createRef, type JSX } from "preact";
import type { Chat } from "../chat.ts";
import { SendIcon } from "./icons.tsx";

const TALLEST_PX = 140;
const LONGEST = 4000; // characters; the server's limit

interface Props {
  chat: Chat;
  person: string;
}

/** Where one writes. What is written survives a reload. */
export class Composer extends Component<Props, { over: number }> {
  state = { over: 0 }; // characters too many
  #box = createRef<HTMLTextAreaElement>();
  #shift = false;

  componentDidMount(): void {
    this.#takeDraft();
    const box = this.#box.current!;
    box.addEventListener("beforeinput", this.#lineBreak);
    // All tabs keep one draft: what another has written over is kept again.
    addEventListener("pagehide", () => box.value && this.#input());
  }

  // Another person has another draft; what was written before it was known who
  // is there stays.
  componentDidUpdate(before: Props): void {
    if (before.person === this.props.person) return;
    if (before.person || !this.#box.current!.value) this.#takeDraft();
  }

  #takeDraft(): void {
    this.#box.current!.value = this.props.chat.memory.room.draft;
    this.#grow();
  }

  #submit = (event?: Event): void => {
    event?.preventDefault();
    const box = this.#box.current!;
    if (box.value.length > LONGEST) return;
    this.props.chat.say(box.value);
    this.props.chat.draft("");
    box.value = "";
    this.#grow();
  };

  #input = (): void => {
    const text = this.#box.current!.value;
    this.props.chat.draft(text);
    this.setState({ over: Math.max(0, text.length - LONGEST) });
    this.#grow();
  };

  // Enter sends and Shift+Enter breaks the line. Listening for the line break,
  // not for the key, leaves the Enter alone that ends the choosing of Chinese
  // characters, and works with on-screen keyboards.
  #lineBreak = (event: InputEvent): void => {
    const breaks = event.inputType === "insertLineBreak" || (event.inputType === "insertText" && event.data === "\n");
    if (breaks && !this.#shift && !event.isComposing) this.#submit(event);
  };

  #grow(): void {
    const box = this.#box.current!;
    box.style.height = "auto";
    if (box.scrollHeight > 0) box.style.height = `${Math.min(box.scrollHeight + 2, TALLEST_PX)}px`;
  }

  render(): JSX.Element {
    const { chat } = this.props;
    const { over } = this.state;
    const w = chat.words;
    const asks = chat.thread.begun ? [] : [...(chat.page?.ask ?? []), ...(chat.page ? [w.human] : [])];
    return (
      <form class="composer" id="composer" autocomplete="off" onSubmit={this.#submit}>
        {asks.length > 0 && (
          <div class="suggestions" id="suggestions">
            {asks.map((text) => (
              <button type="button" class="chip" onClick={() => chat.say(text)}>{text}</button>
            ))}
          </div>
        )}
        <div class="row">
          <textarea
            id="text" ref={this.#box} rows={1} enterkeyhint="send" aria-label={w.inputLabel} placeholder={w.placeholder}
            onInput={this.#input} onKeyDown={(event) => { this.#shift = event.shiftKey; }}
          />
          <button type="submit" class="send" id="send" aria-label={w.send} title={w.send}>
            <SendIcon />
          </button>
        </div>
        <p class={over ? "fine over" : "fine"} role="status">{over ? w.tooLong(over) : w.fine}</p>
      </form>
    );
  }
}
