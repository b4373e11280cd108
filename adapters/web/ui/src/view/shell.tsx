import { Component, createRef, type ComponentChildren, type JSX, type RefObject } from "preact";
import type { Locale } from "../protocol.ts";
import type { Mode, Theme } from "../settings.ts";

interface Props {
  locale: Locale;
  mode: Mode;
  theme: Theme;
  position: "left" | "right";
  label: string; // "" where the page around says what this is
  open: boolean;
  launcher: RefObject<HTMLButtonElement | null>;
  children: ComponentChildren;
}

/** What is around launcher and panel: theme, room on the screen, and where the focus goes. */
export class Shell extends Component<Props> {
  #root = createRef<HTMLDivElement>();
  #before: Element | null = null; // had the focus when the panel was opened
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #draw = (): void => this.setState({});

  componentDidMount(): void {
    visualViewport?.addEventListener("resize", this.#fit);
    visualViewport?.addEventListener("scroll", this.#fit);
    this.#dark.addEventListener("change", this.#draw);
    this.#fit();
  }

  componentWillUnmount(): void {
    visualViewport?.removeEventListener("resize", this.#fit);
    visualViewport?.removeEventListener("scroll", this.#fit);
    this.#dark.removeEventListener("change", this.#draw);
  }

  componentWillReceiveProps(next: Props): void {
    if (next.open && !this.props.open) this.#before = document.activeElement;
  }

  // Whoever closes the panel from inside finds back to where they came from.
  componentDidUpdate(before: Props): void {
    if (!before.open || this.props.open || !this.#holdsFocus()) return;
    const { current } = this.props.launcher;
    const from = this.#before as HTMLElement | null;
    const theirs = from?.isConnected && from !== document.body && !from.shadowRoot; // a button of the host
    (theirs ? from : current ?? from)?.focus({ preventScroll: true });
  }

  #holdsFocus(): boolean {
    const root = this.#root.current?.getRootNode() as ShadowRoot;
    return root.activeElement !== null || document.activeElement === document.body;
  }

  // An on-screen keyboard takes its room from the visual viewport only.
  #fit = (): void => {
    const style = this.#root.current?.style;
    if (!style || !visualViewport || visualViewport.scale > 1.01) return;
    style.setProperty("--height", `${visualViewport.height}px`);
    style.setProperty("--top", `${visualViewport.offsetTop}px`);
  };

  // What is typed here is not meant for shortcuts of the host page.
  #keep = (event: Event): void => event.stopPropagation();

  render(): JSX.Element {
    const { locale, mode, theme, position, label, children } = this.props;
    const shown = theme === "auto" ? (this.#dark.matches ? "dark" : "light") : theme;
    return (
      <div
        class="app" ref={this.#root} lang={locale} data-mode={mode} data-theme={shown} data-position={position}
        role={label ? "region" : undefined} aria-label={label || undefined} onKeyDown={this.#keep} onKeyUp={this.#keep} onKeyPress={this.#keep}
      >
        {children}
      </div>
    );
  }
}
