@rem The scripts of package.json begin with "exec", so that signals reach them past the shell of npm. cmd has no such word.
@%*
