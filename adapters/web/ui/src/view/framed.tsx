import { Component, createRef, type JSX } from "preact";
import type { FrameControl } from "../frame.ts";
import { words } from "../words.ts";
import { Launcher } from "./launcher.tsx";
import { Shell } from "./shell.tsx";

/** Launcher and frame: what a host page shows in iframe mode. */
export class FramedApp extends Component<{ control: FrameControl }> {
  #launcher = createRef<HTMLButtonElement>();
  #frame = createRef<HTMLIFrameElement>();
  #address = ""; // stays what it was: another would load the page again

  componentDidMount(): void {
    this.props.control.watch(() => this.setState({}));
  }

  #loaded = (): void => {
    const frame = this.#frame.current;
    if (!frame) return;
    this.props.control.greet(frame);
    frame.focus();
  };

  render(): JSX.Element {
    const { control } = this.props;
    const { settings, locale, theme, isOpen } = control;
    const w = words(locale);
    if (control.wanted) this.#address ||= control.address;
    return (
      <Shell locale={locale} mode="iframe" theme={theme} position={settings.position} label={w.title} open={isOpen} launcher={this.#launcher}>
        {settings.launcher && (
          <Launcher words={w} label={settings.label} open={isOpen} unread={control.unread} button={this.#launcher} onOpen={() => control.open()} />
        )}
        {this.#address && (
          <div id="panel" class="panel" hidden={!isOpen}>
            {!control.alive && (
              <div class="head">
                <p class="head-text">{w.connecting}</p>
                <button type="button" id="close" class="tool" aria-label={w.close} onClick={() => control.close()}>✕</button>
              </div>
            )}
            <iframe key={control.round} class="frame" src={this.#address} title={w.title} allow="clipboard-write" ref={this.#frame} onLoad={this.#loaded} />
          </div>
        )}
      </Shell>
    );
  }
}
