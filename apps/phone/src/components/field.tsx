import type { HTMLAttributes, ReactNode, Ref } from 'react';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextField, type TextFieldProps } from 'react-aria-components/TextField';

export const INPUT =
  'min-h-11 w-full rounded-control border border-edge bg-surface px-3 text-16 text-ink placeholder:text-quiet ' +
  'data-[invalid]:border-stop-ink data-[disabled]:opacity-60';

export interface FieldProps extends Omit<TextFieldProps, 'children' | 'className' | 'inputMode'> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly placeholder?: string;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly inputMode?: NonNullable<HTMLAttributes<HTMLInputElement>['inputMode']>;
}

/** Label, field, and below it what is wrong or what it is for. */
export function Field({ label, hint, error, placeholder = '', inputRef, inputMode = 'text', ...rest }: FieldProps) {
  return (
    <TextField {...rest} isInvalid={error !== undefined} className="flex flex-col gap-1.5">
      <Label className="font-medium">{label}</Label>
      <Input
        {...(inputRef === undefined ? {} : { ref: inputRef })}
        placeholder={placeholder}
        inputMode={inputMode}
        className={INPUT}
      />
      {hint !== undefined && error === undefined && (
        <Text slot="description" className="text-12 text-quiet">
          {hint}
        </Text>
      )}
      <FieldError className="text-14 text-stop-ink">{error}</FieldError>
    </TextField>
  );
}
