package io.tain.link;

/** What an operator wants of a running link. */
public sealed interface Order permits PauseOrder, MoveOrder {}
