#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scrum_fuzz::manifest(data));
