// Small line drawings. They say nothing a label beside them does not say.

import type { JSX } from "preact";

function Icon({ d, size = 20 }: { d: string; size?: number }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}

export const ChatIcon = () => <Icon size={28} d="M21 11.5a8.4 8.4 0 0 1-12.2 7.4L3 21l2.1-5.6A8.4 8.4 0 1 1 21 11.5ZM8 10h8M8 14h5" />;
export const CloseIcon = () => <Icon d="M6 6l12 12M18 6 6 18" />;
export const FreshIcon = () => <Icon d="M12 5v14M5 12h14" />;
export const HumanIcon = () => <Icon d="M4 17v-5a8 8 0 0 1 16 0v5M4 13h3v5H4zM20 13h-3v5h3v3h-7" />;
export const SendIcon = () => <Icon d="M4 12 20 4l-5 16-4-7-7-1ZM11 13l4-4" />;
export const ThumbIcon = () => (
  <Icon size={18} d="M7 11v9H3v-9h4l4-8q3.5 0 2.5 6H21l-2 11H7" />
);
