// Small line drawings. They say nothing a label beside them does not say.

import type { JSX } from "preact";

function Icon({ d, size = 20 }: { d: string; size?: number }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}

export const ChatIcon = () => <Icon size={28} d="M21 11.5a8.4 8.4 0 0 1-12.2 7.4L3 21l2.1-5.6A8.4 8.4 0 1 1 21 11.5ZM8.5 10h7M8.5 13.5h4.5" />;
export const CloseIcon = () => <Icon d="M6 6l12 12M18 6 6 18" />;
export const FreshIcon = () => <Icon d="M12 5v14M5 12h14" />;
export const HumanIcon = () => <Icon d="M4 14v-2a8 8 0 0 1 16 0v2M4 14a2 2 0 0 1 2-2h1v6H6a2 2 0 0 1-2-2v-2ZM20 14a2 2 0 0 0-2-2h-1v6h1a2 2 0 0 0 2-2v-2ZM19 18a4 4 0 0 1-4 3h-2" />;
export const SendIcon = () => <Icon d="M4 12 20 4l-5 16-4-7-7-1ZM11 13l4-4" />;
export const FileIcon = () => <Icon size={26} d="M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8l-5-5ZM14 3v5h5M9 13h6M9 17h4" />;
export const ThumbIcon = () => (
  <Icon size={18} d="M7 11v9H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1h3l4-8a2.5 2.5 0 0 1 2.5 2.5V9h5.3a2 2 0 0 1 2 2.4l-1.4 7a2 2 0 0 1-2 1.6H7" />
);
