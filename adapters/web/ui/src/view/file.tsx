// A file one can keep: its name, its size, and what can be done with it.

import { Component, type JSX } from "preact";
import type { Words } from "../words.ts";

/** Some browsers read the address only after asking where to put the file. */
const ADDRESS_LIFE_MS = 60_000;

interface Props {
  name: string;
  content: string;
  words: Words;
}

export class FileCard extends Component<Props, { copied: boolean }> {
  state = { copied: false };

  #copy = (): void => void navigator.clipboard.writeText(this.props.content).then(() => this.setState({ copied: true }), () => {});

  render(): JSX.Element {
    const { name, content, words } = this.props;
    return (
      <div class="file">
        <div class="file-text">
          <p class="file-name">{name}</p>
          <p class="file-kind">TXT · {sizeOf(new TextEncoder().encode(content).length)}</p>
        </div>
        {navigator.clipboard && (
          <button type="button" class="file-act copy" onClick={this.#copy}>
            {this.state.copied ? words.copied : words.copy}
          </button>
        )}
        <button type="button" class="file-act save" onClick={() => download(content, name)}>
          {words.save}
        </button>
      </div>
    );
  }
}

/** A size as people say it. */
export function sizeOf(bytes: number): string {
  const kilo = bytes / 1024;
  return kilo < 1 ? `${bytes} B` : kilo < 1000 ? `${kilo.toFixed(1)} KB` : `${(kilo / 1024).toFixed(1)} MB`;
}

function download(content: string, name: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: "text/plain;charset=utf-8" }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), ADDRESS_LIFE_MS);
}
