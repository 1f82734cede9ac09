"""STREAMING: conversion of a signal that comes in parts, with a declared delay."""
