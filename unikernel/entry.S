// The first instructions: from what the PVH protocol leaves (32-bit protected mode, no paging) to 64 bits.
// ebx holds the address of the start info; no other register can be relied on.

// The loader looks for this note: Xen's XEN_ELFNOTE_PHYS32_ENTRY.
    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 8, 18
    .asciz "Xen"
    .quad pvh_entry

    .section .text.entry, "ax"
    .code32
    .globl pvh_entry
pvh_entry:
    cli
    cld
    rdtsc
    movl %eax, entry_tsc
    movl %edx, entry_tsc + 4

    // The boot map: 4 GiB as they are, in pages of 2 MiB (present, writable, large). It lives until
    // paging.cpp has made the real one; with it the start info can be read wherever the loader has put it.
    movl $boot_directories, %edi
    movl $0x83, %eax
    movl $2048, %ecx
1:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 1b
    movl $boot_directories + 3, %eax
    movl %eax, boot_pointers
    addl $4096, %eax
    movl %eax, boot_pointers + 8
    addl $4096, %eax
    movl %eax, boot_pointers + 16
    addl $4096, %eax
    movl %eax, boot_pointers + 24
    movl $boot_pointers + 3, boot_map
    movl $boot_map, %eax
    movl %eax, %cr3

    movl $0x620, %eax           // CR4: PAE, OSFXSR, OSXMMEXCPT
    movl %eax, %cr4
    movl $0xc0000080, %ecx      // EFER: LME, NXE
    movl $0x900, %eax
    xorl %edx, %edx
    wrmsr
    movl $0x80010033, %eax      // CR0: PG, WP, NE, ET, MP, PE
    movl %eax, %cr0
    lgdt gdt_pointer
    ljmp $8, $long_mode

    .code64
long_mode:
    movl $16, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    movq $stack_end, %rsp
    xorl %ebp, %ebp
    movl %ebx, %edi
    call unikernel_main
    ud2

// Code, data, and two entries for the task state segment, which descriptors.cpp fills in. The accessed bits
// are set already.
    .section .data.gdt, "aw"
    .balign 16
    .globl gdt
gdt:
    .quad 0
    .quad 0x00af9b000000ffff
    .quad 0x00cf93000000ffff
    .quad 0, 0
gdt_pointer:
    .short gdt_pointer - gdt - 1
    .quad gdt

    .section .bss.entry, "aw", @nobits
    .balign 4096
boot_map:
    .skip 4096
boot_pointers:
    .skip 4096
boot_directories:
    .skip 4 * 4096
    .globl entry_tsc
entry_tsc:
    .skip 8

    .section .note.GNU-stack, "", @progbits
