// A policy that checks, and asks for what nothing can do yet: an Assert about a path on which packets are translated.
#pragma once

inline constexpr auto pending_policy = R"(
Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0, masquerade: true }
Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }
Gateway g { connected: [wan, lan], forward: closed }
Filter::IP closed { drop }
Assert::IP nothing_comes_in(wan -> lan) { drop }
)";
