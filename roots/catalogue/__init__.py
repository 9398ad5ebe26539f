"""Where does text come from, who says so, and who agreed? Records of sources and their life from draft to approval."""
