// Where the processor goes on an exception or an interrupt.

// Exceptions never return: they leave the vector and an error code (0 where there is none) above what the
// processor has pushed, and the C++ side reads them as a faults::Frame.
    .section .text.vectors, "ax"
    .altmacro
    .macro exception number
exception_\number:
    .if (\number == 8) || (\number >= 10 && \number <= 14) || (\number == 17) || (\number == 21) || \
        (\number == 29) || (\number == 30)
    .else
    pushq $0
    .endif
    pushq $\number
    jmp exception
    .endm

    .set number, 0
    .rept 32
    exception %number
    .set number, number + 1
    .endr

exception:
    movq %rsp, %rdi
    andq $-16, %rsp
    cld
    call unikernel_fault
    ud2

// An interrupt only ends the processor's sleep; the loop looks at every device anyway. So its handler tells
// the local APIC that it is done, and that is all.
    .globl interrupt_entry
interrupt_entry:
    pushq %rax
    movl $0xfee000b0, %eax
    movl $0, (%rax)
    popq %rax
    iretq

    .globl spurious_entry
spurious_entry:
    iretq

    .section .rodata.vectors, "a"
    .balign 8
    .globl exception_entries
exception_entries:
    .macro entry number
    .quad exception_\number
    .endm
    .set number, 0
    .rept 32
    entry %number
    .set number, number + 1
    .endr

    .section .note.GNU-stack, "", @progbits
