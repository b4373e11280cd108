// The form of an appeal: what it holds so far, and where documents go in. What
// else it asks is answered in the chat.

import { Component, type ComponentChildren, type JSX } from "preact";
import type { Field } from "../protocol.ts";
import type { Upload } from "../uploads.ts";
import type { Props } from "./blocks.tsx";
import { sizeOf } from "./file.tsx";

const TAKEN = "image/jpeg,image/png,application/pdf";

export class Form extends Component<Props> {
  #unwatch = (): void => {};

  // Messages are drawn once; documents move on meanwhile.
  componentDidMount(): void {
    this.#unwatch = this.props.chat.watch(() => this.setState({}));
  }

  componentWillUnmount(): void {
    this.#unwatch();
  }

  #take(files: FileList | null | undefined): void {
    const chosen = [...(files ?? [])];
    if (chosen.length === 0) return;
    this.props.chat.attach(chosen);
    this.props.onChosen();
  }

  #picked = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    this.#take(input.files);
    input.value = ""; // the same file can be chosen again
  };

  #dragged = (event: DragEvent): void => event.preventDefault();

  #dropped = (event: DragEvent): void => {
    event.preventDefault();
    this.#take(event.dataTransfer?.files);
  };

  render(): JSX.Element | null {
    const { chat, block, words } = this.props;
    const fields = block.fields ?? [];
    const asks = (wanted: string) => fields.some(({ kind }) => kind === wanted);
    const current = chat.form === block;
    const live = current && asks("file") && chat.features.includes("documents");
    const said = fields.filter(({ kind, value }) => kind === "text" && value);
    const kept = fields.filter(({ kind }) => kind === "document");
    const uploads = live ? chat.uploads.list.filter(({ conv, id }) => conv === chat.connection.conv && !kept.some((field) => field.id === id)) : [];
    // The form as it was sent off stays; what was shown on the way there does not.
    if (!live && (said.length + kept.length === 0 || !(current || asks("consent")))) return null;
    return (
      <section class="card form" onDragOver={live ? this.#dragged : undefined} onDrop={live ? this.#dropped : undefined}>
        {block.title && <h2 class="card-title">{block.title}</h2>}
        {said.map((field) => <Said field={field} />)}
        {kept.length + uploads.length > 0 && (
          <ol>
            {kept.map(({ id, label, value }) => <Row key={id} name={label} more={value} />)}
            {uploads.map((upload) => this.#upload(upload))}
          </ol>
        )}
        {live && (
          <>
            <label class="attach">
              <input class="hidden" type="file" multiple accept={TAKEN} aria-describedby="limits" onChange={this.#picked} />
              ＋ {words.attach}
            </label>
            <p class="file-kind" id="limits">{words.limits}</p>
          </>
        )}
      </section>
    );
  }

  #upload(upload: Upload): JSX.Element {
    const { chat, words } = this.props;
    const { file, state, part, why, again } = upload;
    return (
      <Row name={file.name} more={`${sizeOf(file.size)} · ${why || words[state]}`} state={state}>
        {state === "sending" && <progress class="step-bar" max={1} value={part} aria-label={file.name} />}
        {again && state === "failed" && (
          <button type="button" class="resend" onClick={() => chat.uploads.retry(upload)}>
            {words.resend}
          </button>
        )}
      </Row>
    );
  }
}

function Said({ field }: { field: Field }): JSX.Element {
  return (
    <dl class="fact">
      <dt>{field.label}</dt>
      <dd>{field.value}</dd>
    </dl>
  );
}

function Row({ name, more, state, children }: { name: string; more?: string; state?: string; children?: ComponentChildren }): JSX.Element {
  return (
    <li class="file" data-state={state}>
      <div class="file-text">
        <p class="file-name">{name}</p>
        <p class="file-kind">{more}</p>
      </div>
      {children}
    </li>
  );
}
