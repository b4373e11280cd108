import { Component, createRef, type JSX } from "preact";
import type { Control } from "../control.ts";
import { Launcher } from "./launcher.tsx";
import { Panel } from "./panel.tsx";
import { Shell } from "./shell.tsx";

/** The whole widget inside its shadow root. */
export class App extends Component<{ control: Control }> {
  #launcher = createRef<HTMLButtonElement>();
  #unwatch: (() => void)[] = [];
  #opened = false; // once opened the panel stays, only hidden, and with it what was scrolled to

  componentDidMount(): void {
    const { control } = this.props;
    const draw = () => this.setState({});
    this.#unwatch = [control.watch(draw), control.chat.watch(draw)];
  }

  componentWillUnmount(): void {
    this.#unwatch.forEach((stop) => stop());
  }

  render(): JSX.Element {
    const { control } = this.props;
    const { chat, settings, theme, isOpen } = control;
    this.#opened ||= isOpen;
    const page = settings.mode === "page";
    const closes = !page || settings.framed;
    return (
      <Shell locale={chat.locale} mode={settings.mode} theme={theme} position={settings.position} label={page ? "" : chat.words.title} open={isOpen} launcher={this.#launcher}>
        {!page && settings.launcher && (
          <Launcher words={chat.words} label={settings.label} open={isOpen} unread={chat.unread} button={this.#launcher} onOpen={() => control.open()} />
        )}
        {this.#opened && <Panel chat={chat} mode={settings.mode} hidden={!isOpen} autofocus={page || !settings.open} onClose={closes ? () => control.close() : null} />}
        <div class="hidden" id="announcer" aria-live="polite">
          {chat.announcements.map(({ key, text }) => <p key={key}>{text}</p>)}
        </div>
      </Shell>
    );
  }
}
